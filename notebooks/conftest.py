"""The time limit of the cells that nbval runs again."""

from limits import seconds_per_cell


def pytest_configure(config):
    config.option.nbval_cell_timeout = seconds_per_cell()
