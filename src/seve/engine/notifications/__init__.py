"""One door to tell people something: in the application, by e-mail, by SMS; in French and English; never what concerns health."""
