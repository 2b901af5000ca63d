"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.reports.first_look import release_examples as release_examples
