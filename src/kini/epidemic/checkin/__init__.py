"""Check-in at venues by QR code: visits stay on phones, warnings reach them without names of persons or venues."""
