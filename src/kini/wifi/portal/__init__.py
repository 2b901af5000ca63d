"""The captive portal: how access points hand visitors over, the pages where these sign in, and what devices ask."""
