"""Values, rules and indexes that several steps share. Pure unless a module says otherwise."""
