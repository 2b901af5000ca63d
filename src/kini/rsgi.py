"""RSGI entry point for granian."""

import os

from django.core.wsgi import get_wsgi_application

from kini.core.rsgi_adapter import RsgiAdapter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kini.settings")
application = RsgiAdapter(get_wsgi_application)
