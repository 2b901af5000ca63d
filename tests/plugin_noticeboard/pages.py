"""The board, for everybody, and the officers' form."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from kini.core.actors import ActionRefused
from kini.people.public import officers_only
from kini.people.queries import actor_for
from kini.web.redirects import see_other
from tests.plugin_noticeboard import actions, queries
from tests.plugin_noticeboard.permissions import NoticeboardPermission


class NoticeForm(forms.Form):
    title = forms.CharField(max_length=120)
    text = forms.CharField(widget=forms.Textarea)
    last_day = forms.DateField()


@require_safe
def board(request: HttpRequest) -> HttpResponse:
    return render(request, "noticeboard/board.html", {"notices": queries.current_notices()})


@officers_only(NoticeboardPermission.POST_NOTICES)
@require_http_methods(["GET", "HEAD", "POST"])
def post(request: HttpRequest) -> HttpResponse:
    form = NoticeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.post_notice(by=actor_for(request), **form.cleaned_data)
        except ActionRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            return see_other("noticeboard:board")
    return render(request, "noticeboard/post.html", {"form": form}, status=200 if not form.errors else 422)
