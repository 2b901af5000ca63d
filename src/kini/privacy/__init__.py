"""Privacy: what a person decides about their data, the notice, and the register of breaches.

Requests about personal data are cases of services of the house (`services/`), with the clock of the law: three days.
"""
