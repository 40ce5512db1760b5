"""The verb ``sweep``: what moves with each setting of a call, and does the time that is measured follow the arithmetic?

`values` reads ``kernel=1..11``; `settings` finds what the word names in the call; `variation` writes the call of each
point; `series` computes it; `timing` and `running` measure it; `departures` finds where time does not follow MACs;
`text`, `rows` and `picture` show it.
"""
