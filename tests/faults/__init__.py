"""Fault injection: clerks at work on real servers that are killed, cut off and starved meanwhile.

`make faults` runs it. `deeds/` holds what clerks do, one file per capability; `mishaps/` what goes
wrong, one file per kind. A file that is added there takes part: nothing else has to be changed.
"""
