"""RSGI entry point for granian."""

import os

from django.core.wsgi import get_wsgi_application

from kini.core.http_gateway import Gateway

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kini.settings")
application = Gateway(get_wsgi_application)
