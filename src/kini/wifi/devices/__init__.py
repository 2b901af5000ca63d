"""Known devices: each person's own, and the blocklist of devices, people and vouchers."""
