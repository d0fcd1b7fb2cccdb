"""The pytest plug-in, its documentation, and the pipelines, as users run them."""
