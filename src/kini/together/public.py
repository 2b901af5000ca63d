"""Public names of this room beside its models, actions, queries, rules, events and jobs."""

from kini.together.programmes import programmes as programmes
