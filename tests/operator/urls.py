"""The city's addresses with the operator's pages at one of their own."""

from kini.operator.site import operator_urls
from kini.urls import handler400 as handler400
from kini.urls import handler403 as handler403
from kini.urls import handler404 as handler404
from kini.urls import handler429 as handler429
from kini.urls import handler500 as handler500
from kini.urls import urlpatterns as of_the_city

WHERE = "engine-room"
urlpatterns = [*of_the_city, *operator_urls(WHERE)]
