"""The public pages of enrolment: offices, letters and video calls. No session is needed."""

from clavis_gateway.citizen import (
    automatic_pages,
    completion_pages,
    email_pages,
    letter_pages,
    office_pages,
    video_pages,
)

PAGES = (
    office_pages,
    letter_pages,
    video_pages,
    automatic_pages,
    completion_pages,
    email_pages,
)
