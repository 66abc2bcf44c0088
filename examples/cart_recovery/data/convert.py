#!/usr/bin/env python3
"""Converts the click-stream `ecom.csv.gz` of the package retentioneering 5.2.4 to CloudEvents, one a line.

    pip download --no-deps retentioneering==5.2.4
    unzip retentioneering-5.2.4-py3-none-any.whl 'retentioneering/datasets/ecom.csv.gz'
    python3 convert.py retentioneering/datasets/ecom.csv.gz > ../events.ndjson

Every row of the file becomes one event with source "shop": its time, customer, visit and device are the row's own.
What the file lacks is added with source "generated", from SEED alone: names, addresses, consents, time zones and
the few customers who unsubscribe. The README beside this script says more.
"""

import csv
import datetime
import gzip
import hashlib
import json
import sys

SEED = "journey-1"

TYPES = {
    "account_page": "shop.account.viewed",
    "add_to_cart": "shop.cart.updated",
    "cart": "shop.cart.viewed",
    "catalog": "shop.catalog.viewed",
    "checkout_bug": "shop.checkout.failed",
    "compare": "shop.products.compared",
    "error_page": "shop.error.viewed",
    "filter_results": "shop.results.filtered",
    "home": "shop.home.viewed",
    "payment_details": "shop.payment.entered",
    "payment_error": "shop.payment.failed",
    "product_view": "shop.product.viewed",
    "promo_page": "shop.promotion.viewed",
    "purchase": "shop.order.placed",
    "review_page": "shop.review.viewed",
    "search": "shop.searched",
    "shipping_details": "shop.shipping.entered",
    "support_chat": "shop.support.asked",
    "wishlist_add": "shop.wishlist.updated",
}
"""Those that tell what is in the cart; all others carry the visit alone."""
WITH_CART = {"add_to_cart", "purchase", "payment_error", "payment_details", "shipping_details", "cart"}

NAMES = "Ada Ben Chiara Daniel Elif Farid Grace Hana Igor Jun Kofi Lea Maya Nils Olga Pia Ravi Sofia Tomas Yuki".split()
ZONES = ["Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Tokyo", "Australia/Sydney"]


def drawn(customer, what):
    """A number in 0..1 that depends on the seed, the customer and what it is for, and on nothing else."""
    digest = hashlib.sha256(f"{SEED}/{customer}/{what}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def picked(customer, what, values):
    return values[int(drawn(customer, what) * len(values))]


def event(id, source, type, time, customer, data):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"specversion": "1.0", "id": id, "source": source, "type": type, "time": stamp, "subject": customer, "data": data}


def generated_profile(customer):
    """What a shop would know of a customer and the file does not say."""
    name = picked(customer, "name", NAMES)
    profile = {"first_name": name, "timezone": picked(customer, "zone", ZONES)}
    if drawn(customer, "email") < 0.92:
        profile["email"] = f"{name.lower()}.{customer[-4:]}@example.com"
    if drawn(customer, "phone") < 0.40:
        profile["phone"] = f"+1555010{customer[-4:]}"
    profile["consent"] = {"marketing": drawn(customer, "consent") < 0.85}
    return profile


class Carts:
    """The file has no numbers of carts. A cart begins with the first add_to_cart since the customer's last
    purchase, is named after the visit in which it began, and counts the add_to_cart rows up to the purchase."""

    def __init__(self):
        self.open = {}
        self.names = set()

    def of(self, row):
        customer, visit = row["user_id"], row["session_id"]
        if customer not in self.open and row["event"] in ("add_to_cart", "purchase"):
            name = visit.replace("sess_", "cart_")
            while name in self.names:
                name += "b"
            self.names.add(name)
            self.open[customer] = [name, 0]
        if customer not in self.open:
            return None
        cart = self.open[customer]
        if row["event"] == "add_to_cart":
            cart[1] += 1
        elif row["event"] == "purchase":
            del self.open[customer]
        return {"cart_id": cart[0], "items": max(cart[1], 1)}


def main(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for number, row in enumerate(rows, start=1):
        row["number"] = number
        row["time"] = datetime.datetime.fromisoformat(row["timestamp"])
    rows.sort(key=lambda row: (row["time"], row["number"]))

    events, lifecycles, carts, unsubscribed = [], {}, Carts(), set()
    for row in rows:
        customer, time = row["user_id"], row["time"]
        if lifecycles.get(customer) != row["user_lifecycle"]:
            profile = {"lifecycle": row["user_lifecycle"]}
            if customer not in lifecycles:
                profile |= {"acquired_by": row["acquisition_channel"]} | generated_profile(customer)
            lifecycles[customer] = row["user_lifecycle"]
            events.append(event(f"p{row['number']}", "generated", "profile", time, customer, profile))
        data = {"visit": row["session_id"], "platform": row["platform"]}
        if row["event"] in WITH_CART:
            data |= carts.of(row) or {}
        events.append(event(f"r{row['number']}", "shop", TYPES[row["event"]], time, customer, data))
        if row["event"] == "add_to_cart" and customer not in unsubscribed and drawn(customer, "unsubscribes") < 0.05:
            unsubscribed.add(customer)
            later = time + datetime.timedelta(hours=20)
            events.append(event(f"u{row['number']}", "generated", "shop.unsubscribed", later, customer, {}))
    events.sort(key=lambda event: event["time"])
    for one in events:
        sys.stdout.write(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
