"""Addresses of the operator's pages: below the path that the environment gives, or none."""

from kini.operator.environment import OperatorEnvironment
from kini.operator.site import operator_urls

urlpatterns = operator_urls(OperatorEnvironment.current().operator_path)
