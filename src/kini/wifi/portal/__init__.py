"""The captive portal: redirects of access points, the sign-in pages, and the captive portal API for devices."""
