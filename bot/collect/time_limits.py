"""Time limits of the requests of a poll, so that a poll ends before the next one begins."""


def limits_of_a_page(timeout: tuple[float, float], interval_seconds: float) -> tuple[tuple[float, float], float]:
    """The time-outs of a request (to connect, to read), and the time for a page with all its attempts, in seconds.

    A poll begins no page after half its interval. The last may take a quarter for its attempts, and the last of them a
    fifth: a request ends within twice the sum of its time-outs.
    """
    scale = min(1.0, interval_seconds / 10 / sum(timeout))
    return (timeout[0] * scale, timeout[1] * scale), interval_seconds / 4
