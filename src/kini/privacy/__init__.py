"""Privacy: requests of persons about their data, the privacy notice, legal holds, and the register of breaches.

Requests about personal data are cases of built-in services (`services/`), with the legal term of three days.
"""
