"""The public pages of the registry: offices, letters, video calls, leaving. No session needed."""

from clavis_gateway.citizen import (
    automatic_pages,
    completion_pages,
    email_pages,
    letter_pages,
    office_pages,
    renunciation_pages,
    video_pages,
)

PAGES = (
    office_pages,
    letter_pages,
    video_pages,
    automatic_pages,
    completion_pages,
    email_pages,
    renunciation_pages,
)
