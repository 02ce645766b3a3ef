"""List prices that hold from a day on: docs/decisions/0030-dated-prices.md."""
