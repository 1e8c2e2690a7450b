#!/bin/sh
# The first word is a verb of watchtime, or one of these.
set -eu

has_twitch_credentials() {
  [ -n "${TWITCH_CLIENT_ID:-}${AWS_SECRET_NAME:-}" ] ||
    grep -qsE '^(TWITCH_CLIENT_ID|AWS_SECRET_NAME)=.' .env
}

new_password() { python3 -c 'import secrets; print(secrets.token_urlsafe(32), end="")'; }

# Replaces the file $1 by standard input, atomically, with mode $2 and the program's user as its owner. The remains of a failed
# attempt are removed first: root without CAP_FOWNER cannot change the mode of another user's file.
put() {
  rm -f "$1.new"
  (umask 077 && cat >"$1.new")
  chmod "$2" "$1.new"
  chown 10001:10001 "$1.new"
  mv -f "$1.new" "$1"
}

case "${1:-run}" in
  # Once, as root: writes the files of the other containers, each into the volume that only they mount. Passwords are created
  # on first use; .env is copied at each start. The second word is the parent folder of the volumes; the default is the root.
  secrets)
    volumes=${2:-}
    if [ -f "$volumes/config/.env" ]; then env=$volumes/config/.env; else env=/dev/null; fi
    put "$volumes/secrets/.env" 0400 <"$env"
    if [ ! -s "$volumes/database/database_url" ]; then
      if [ -s "$volumes/secrets/database_url" ]; then
        # 0.1.0 had them in the volume of .env. They stay there for a return to it.
        put "$volumes/database/database_password" 0444 <"$volumes/secrets/database_password"
        put "$volumes/database/database_url" 0400 <"$volumes/secrets/database_url"
      else
        password=$(new_password)
        # Readable by all, because PostgreSQL's user has another number in each image. Only it and the bot, which knows the
        # password anyway, mount this volume.
        printf '%s' "$password" | put "$volumes/database/database_password" 0444
        printf 'postgresql://watchtime:%s@db:5432/watchtime' "$password" | put "$volumes/database/database_url" 0400
      fi
    fi
    # For the dashboard: a role that only reads, and the lines of .env on which days and pages depend.
    if [ -s "$volumes/reading/web_database_url" ]; then
      put "$volumes/reading/web_database_url" 0400 <"$volumes/reading/web_database_url"
    else
      password=$(new_password)
      printf 'postgresql://watchtime_web:%s@db:5432/watchtime' "$password" |
        put "$volumes/reading/web_database_url" 0400
    fi
    lines=$(grep -E '^(TIMEZONE|DAY_STARTS_AT|POST_AT|POLL_EVERY_MINUTES|IGDB_ENABLED|CHAT_CHOICE|WEB_(ROOT_PATH|PUBLIC_URL|TITLE|ABOUT_URL|ACCOUNT|ACCENT|PICTURES|NO_PICTURES_OF|REQUESTS_PER_MINUTE))=' "$env") || :
    # It has to know that chat is on, and nothing of the account that reads it.
    if grep -qE '^CHAT_SOURCE=(anonymous|account)' "$env"; then
      lines=$(printf '%s\nCHAT_SOURCE=anonymous' "$lines")
    fi
    printf '%s\n' "$lines" | put "$volumes/reading/.env" 0400
    # The operator's token on the dashboard.
    token=$(sed -n 's/^WEB_TOKEN=//p' "$env" | tail -n 1)
    if [ -z "$token" ] && [ -s "$volumes/reading/web_token" ]; then token=$(cat "$volumes/reading/web_token"); fi
    printf '%s' "${token:-$(new_password)}" | put "$volumes/reading/web_token" 0400
    # In a volume of its own: Grafana, which has a user of its own, must not read the bot's secrets.
    if [ ! -s "$volumes/passwords/grafana_password" ]; then
      password=$(new_password)
      printf '%s' "$password" | put "$volumes/passwords/grafana_password" 0444
    fi
    ;;
  run)
    if ! has_twitch_credentials; then
      echo "Put TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET into .env (see .env.example), then: docker compose up -d" >&2
      echo "Or, if they are in AWS Secrets Manager, AWS_SECRET_NAME and AWS_REGION (see docs/ec2.md)" >&2
      # Wait here: a container that ends is restarted again and again.
      until has_twitch_credentials; do sleep 5; done
    fi
    if ! grep -qsE '^COMPOSE_PROJECT_NAME=.' .env; then
      echo "COMPOSE_PROJECT_NAME is not in .env: started from a folder of another name, Compose would use another," \
        "empty database. Add the project's name (docker compose ps shows it before the names of the containers)" >&2
    fi
    exec python3 -m bot "$@"
    ;;
  # The health check of the image. It succeeds where no port is configured, as in verbs that end by themselves.
  healthy)
    port=${2:-${HEALTH_PORT:-}}
    [ -n "$port" ] || exit 0
    exec python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' \
      "http://127.0.0.1:$port/healthz"
    ;;
  sh | python3) exec "$@" ;;
  *) exec python3 -m bot "$@" ;;
esac
