"""Makes the synthetic frame and the synthetic answers of the CCG barometer.

`draws` gives random numbers that are the same everywhere, `plan` reads what a wave should look like, `frame` makes the posts,
`sample` picks who answers and when, `answers` fills in the questionnaire, `faults` spoils the rows that validation has to find, and
`export` writes the file that a survey platform would have written.
"""
