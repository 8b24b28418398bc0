"""Decisions on appointments and agendas, pure."""
