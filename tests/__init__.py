"""The tests of cmsdeploy, room by room."""
