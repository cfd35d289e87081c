"""The application that gunicorn and the `flask` command find."""

import gc
import os

from app import create_app
from config.settings import Settings

app = create_app(Settings.from_env(os.environ))
gc.freeze()  # the app lives as long as its process: no search for garbage need look at it, not even the last one
