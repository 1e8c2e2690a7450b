#!/bin/sh
# The first word is a verb of watchtime, or one of these.
set -eu

has_twitch_credentials() {
  [ -n "${TWITCH_CLIENT_ID:-}${TWITCH_CLIENT_ID_FILE:-}${AWS_SECRET_NAME:-}" ] ||
    grep -qsE '^(TWITCH_CLIENT_ID|AWS_SECRET_NAME)=.' .env
}

case "${1:-run}" in
  # Once, as root: what the other containers may know, put where only they see it, so that nothing of it is in their
  # environment. The database's password is made on first use; .env is taken over as it is now.
  secrets)
    umask 022
    if [ ! -s /secrets/database_url ]; then
      password=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')
      printf '%s' "$password" >/secrets/database_password.new
      printf 'postgresql://watchtime:%s@db:5432/watchtime' "$password" >/secrets/database_url.new
      mv /secrets/database_password.new /secrets/database_password
      mv /secrets/database_url.new /secrets/database_url
    fi
    # The dashboard's: a role that only reads, and of .env what says how days and its pages are.
    if [ ! -s /reading/web_database_url ]; then
      password=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')
      printf 'postgresql://watchtime_web:%s@db:5432/watchtime' "$password" >/reading/web_database_url.new
      mv /reading/web_database_url.new /reading/web_database_url
    fi
    grep -sE '^(TIMEZONE|DAY_STARTS_AT|POST_AT|POLL_EVERY_MINUTES|WEB_(ROOT_PATH|REQUESTS_PER_MINUTE))=' \
      /config/.env >/reading/.env.new || :
    chmod 0444 /reading/.env.new
    mv /reading/.env.new /reading/.env
    # In a volume of its own: who watches has no business with the bot's secrets.
    if [ ! -s /passwords/grafana_password ]; then
      python3 -c 'import secrets; print(secrets.token_urlsafe(24), end="")' >/passwords/grafana_password
    fi
    if [ -f /config/.env ]; then cp /config/.env /secrets/.env.new; else : >/secrets/.env.new; fi
    chmod 0444 /secrets/.env.new
    mv /secrets/.env.new /secrets/.env
    ;;
  run)
    if ! has_twitch_credentials; then
      echo "Put TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET into .env (see .env.example), then: docker-compose up -d" >&2
      echo "Or, where they stand in AWS, AWS_SECRET_NAME and AWS_REGION (see docs/ec2.md)" >&2
      # Waiting is quieter than being restarted for ever.
      until has_twitch_credentials; do sleep 5; done
    fi
    exec python3 -m bot "$@"
    ;;
  # The health-check. Not of the verbs that come and go, nor of one that was told to open no port.
  healthy)
    port=${2:-${HEALTH_PORT:-}}
    [ -n "$port" ] || exit 0
    exec python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' \
      "http://127.0.0.1:$port/healthz"
    ;;
  sh | python3) exec "$@" ;;
  *) exec python3 -m bot "$@" ;;
esac
