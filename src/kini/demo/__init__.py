"""The demo of a first look: people to sign in as, and a spread of cases, all made by the ordinary actions."""
