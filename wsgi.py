"""The application that gunicorn and the `flask` command find."""

import os

from app import create_app
from config.settings import Settings

app = create_app(Settings.from_env(os.environ))
