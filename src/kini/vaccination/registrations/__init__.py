"""Registrations for a dose: eligibility, appointment, reserved dose, waiting list, reminders."""
