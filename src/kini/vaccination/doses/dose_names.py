"""Names of campaigns and vaccines of doses, also of those that the pack has no more."""

from kini.vaccination.campaigns.campaign_files import campaigns, vaccines


def campaign_name(campaign: str) -> str:
    """Return the name of a campaign, else its id."""
    known = campaigns().get(campaign)
    return str(known.name) if known else campaign


def vaccine_name(vaccine: str) -> str:
    """Return the name of a vaccine, else its id."""
    known = vaccines().get(vaccine)
    return str(known.name) if known else vaccine
