"""Holds against fraud: signs that keep a pledge, gift or payout back until an officer has looked at it."""
