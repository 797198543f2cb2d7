"""网络板房: orders from the web, the counter and dealers in one queue.

Read first: `wishes` (what is ordered), `steps` (what may become of an order), `orders` (placing).
"""
