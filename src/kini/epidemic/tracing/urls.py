from django.urls import path

from kini.epidemic.tracing import (
    clusters_desk,
    contact_desk,
    figures_desk,
    interview_desk,
    larvae_desk,
    pages,
    work_list_desk,
)

urlpatterns = [
    path("daily-check/<str:code>/", pages.daily_check, name="daily-check"),
    path("desk/tracing/", work_list_desk.work_list_page, name="desk-tracing"),
    path("desk/tracing/contacts/<str:reference>/", contact_desk.contact_page, name="desk-contact"),
    path("desk/tracing/contacts/<str:reference>/checks/", work_list_desk.check, name="desk-contact-check"),
    path("desk/tracing/contacts/<str:reference>/end/", contact_desk.end, name="desk-contact-end"),
    path("desk/tracing/cases/<str:reference>/", interview_desk.interview_page, name="desk-interview"),
    path("desk/tracing/cases/<str:reference>/household/", interview_desk.household, name="desk-interview-household"),
    path("desk/tracing/cases/<str:reference>/visits/", clusters_desk.visit_page, name="desk-venue-visit"),
    path("desk/tracing/cases/<str:reference>/chain/", figures_desk.chain_page, name="desk-chain"),
    path("desk/tracing/figures/", figures_desk.figures_page, name="desk-tracing-figures"),
    path("desk/tracing/sources/", figures_desk.sources_page, name="desk-sources"),
    path("desk/tracing/clusters/", clusters_desk.clusters_page, name="desk-clusters"),
    path("desk/tracing/clusters/<int:gathering>/", clusters_desk.cluster_page, name="desk-cluster"),
    path("desk/larvae/", larvae_desk.inspections_page, name="desk-inspections"),
    path("desk/larvae/<int:inspection>/", larvae_desk.inspection_page, name="desk-inspection"),
]
