"""Diagrams of networks, as data that can be checked. One module for each chapter holds that chapter's."""
