"""The process that serves: connections that wait, requests that are whole, answers on their way."""
