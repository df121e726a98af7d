"""Views of the site itself: home page, health, API description."""
