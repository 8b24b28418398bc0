"""Currencies (ISO 4217), which R4 requires for every Money and its definitions don't list.

The codes in use; withdrawn ones, which old invoices may bear, are not listed, so that the list says yes but never no.
"""

from __future__ import annotations

from functools import cache

from seve.fhir.terminology.memory import MemoryConcepts

URL = "urn:iso:std:iso:4217"
_CODES = """
    AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE
    CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF
    GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR
    LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
    PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD XAF XAG XAU XBA XBB XBC
    XBD XCD XCG XDR XOF XPD XPF XPT XSU XTS XUA XXX YER ZAR ZMW ZWG
"""


@cache
def currencies() -> MemoryConcepts:
    """The code system of the currencies in use."""
    return MemoryConcepts(
        {
            "resourceType": "CodeSystem",
            "url": URL,
            "title": "ISO 4217",
            "status": "active",
            "caseSensitive": True,
            "content": "fragment",
            "concept": [{"code": code, "display": code} for code in _CODES.split()],
        }
    )
