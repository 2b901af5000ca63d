from kini.epidemic.prevention import urls as prevention

app_name = "epidemic"
urlpatterns = [*prevention.urlpatterns]
