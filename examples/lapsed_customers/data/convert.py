#!/usr/bin/env python3
"""Converts part of the grocery data set "The Complete Journey" (CC0) to CloudEvents, one a line.

    python3 convert.py FOLDER > ../events.ndjson

FOLDER holds transactions_sample.csv.gz, coupon_redemptions.csv.gz and demographics.csv.gz: the tables of the R package
completejourney (a sample of the transactions of 2017). Taken are the households that have demographics and whose number
can be divided by three. Baskets (the rows of one basket summed up) and coupons are the files' own; e-mail addresses and
consents are drawn from SEED, for the data set has none.
"""

import collections
import csv
import datetime
import decimal
import gzip
import hashlib
import json
import pathlib
import sys

SEED = "journey-1"


def rows(folder, name):
    with gzip.open(pathlib.Path(folder) / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def drawn(household, what):
    """A number in 0..1 that depends on the seed, the household and what it is for, and on nothing else."""
    digest = hashlib.sha256(f"{SEED}/{household}/{what}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def event(id, source, type, time, household, data):
    return {"specversion": "1.0", "id": id, "source": source, "type": type, "time": time, "subject": f"household_{household}", "data": data}


def stamp(text):
    return datetime.datetime.fromisoformat(text).strftime("%Y-%m-%dT%H:%M:%SZ")


def main(folder):
    chosen = {row["household_id"] for row in rows(folder, "demographics.csv.gz") if int(row["household_id"]) % 3 == 0}
    baskets = collections.defaultdict(list)
    for row in rows(folder, "transactions_sample.csv.gz"):
        if row["household_id"] in chosen:
            baskets[row["basket_id"]].append(row)

    events = []
    for basket, items in baskets.items():
        time = stamp(min(item["transaction_timestamp"] for item in items))
        total = sum(decimal.Decimal(item["sales_value"]) for item in items)
        data = {"basket": basket, "total": float(total)}
        events.append(event(f"b{basket}", "till", "grocery.order.placed", time, items[0]["household_id"], data))
    for number, row in enumerate(rows(folder, "coupon_redemptions.csv.gz"), start=1):
        if row["household_id"] in chosen:
            data = {"coupon": row["coupon_upc"]}
            time = stamp(row["redemption_date"] + " 12:00:00")
            events.append(event(f"c{number}", "till", "grocery.coupon.redeemed", time, row["household_id"], data))

    for household in chosen:
        profile = {"consent": {"marketing": drawn(household, "consent") < 0.8}}
        if drawn(household, "email") < 0.9:
            profile["email"] = f"household.{household}@example.com"
        events.append(event(f"p{household}", "generated", "profile", "2017-01-01T00:00:00Z", household, profile))
    events.sort(key=lambda event: (event["time"], event["id"]))
    for one in events:
        sys.stdout.write(json.dumps(one, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
