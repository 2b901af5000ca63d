"""URLs of the residents' pages; those of the desk are in `desk/urls.py`."""

from django.urls import include, path

from kini.cases.pages import (
    apply,
    case_list,
    documents,
    find_case,
    later_answers,
    moves,
    question_pages,
    ratings,
    repeated_entries,
    start,
    tracking,
)

#: Pages of the wizard, below an application or the correction of a case.
walk = [
    path("files/<uuid:document>/", documents.document, name="file"),
    path("<slug:key>/", question_pages.question, name="question"),
    path("<slug:key>/next/", repeated_entries.finish_entries, name="onward"),
    path("<slug:key>/<int:number>/", repeated_entries.entry, name="item"),
    path("<slug:key>/<int:number>/remove/", repeated_entries.remove_entry, name="item-remove"),
]

app_name = "cases"
urlpatterns = [
    path("services/<slug:service>/start/", start.start, name="start"),
    path("apply/<uuid:draft>/", apply.resume, name="draft"),
    path("apply/<uuid:draft>/check/", apply.check_answers, name="check"),
    path("apply/<uuid:draft>/discard/", apply.discard, name="discard"),
    path("apply/<uuid:draft>/", include(walk)),
    path("track/", find_case.find_case, name="track"),
    path("cases/", case_list.mine, name="mine"),
    path("cases/<str:reference>/", tracking.case, name="case"),
    path("cases/<str:reference>/sent/", apply.submitted, name="sent"),
    path("cases/<str:reference>/more/", later_answers.add_more, name="more"),
    path("cases/<str:reference>/rate/", ratings.rate, name="rate"),
    path("cases/<str:reference>/moves/<slug:move>/", moves.move, name="move"),
    path("cases/<str:reference>/documents/<uuid:document>/", documents.document, name="document"),
    path("cases/<str:reference>/correct/", moves.correct, name="correct"),
    path("cases/<str:reference>/correct/", include(walk)),
    path("desk/", include("kini.cases.desk.urls")),
]
