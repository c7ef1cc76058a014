"""Values over time, in the notation of promtool's series: one for each step, and nothing where a target does not show any."""

# Seconds of a step.
STEP = 30


class Clock:
    """A day of so many minutes."""

    def __init__(self, minutes):
        self.minutes, self.steps = minutes, minutes * 60 // STEP

    def gauge(self, value, during=None):
        """A value, or what a function says of each minute, during a part of the day (minutes, the end excluded)."""
        begin, end = during or (0, self.minutes)
        of = value if callable(value) else lambda _: value
        minutes = [step * STEP / 60 for step in range(self.steps)]
        return notation([of(minute) if begin <= minute < end else None for minute in minutes])

    def counter(self, rate, during=None):
        """What grows by so much in a step, or by what a function says of each minute."""
        begin, end = during or (0, self.minutes)
        of = rate if callable(rate) else lambda _: rate
        values, total = [], 0
        for step in range(self.steps):
            minute = step * STEP / 60
            inside = begin <= minute < end
            values.append(total if inside else None)
            total += of(minute) if inside else 0
        return notation(values)


def notation(values):
    """`1x3`, `0+5x7`, `stale`, `_x2`."""
    words, index = [], 0
    while index < len(values):
        run = index + 1
        if values[index] is None:
            while run < len(values) and values[run] is None:
                run += 1
            # A target that goes is marked; without the mark its last value would be seen for five minutes more.
            words += ["stale", f"_x{run - index - 1}"] if index else [f"_x{run}"]
        else:
            change = values[run] - values[index] if run < len(values) and values[run] is not None else 0
            while run < len(values) and values[run] is not None and values[run] - values[run - 1] == change:
                run += 1
            sign = "-" if change < 0 else "+"
            words.append(f"{values[index]}{sign}{abs(change)}x{run - index - 1}" if change else f"{values[index]}x{run - index - 1}")
        index = run
    return " ".join(word for word in words if not word.endswith("_x0"))
