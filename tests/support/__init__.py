"""What several tests share: where fixtures and the corpus are, made traces, small rules, random grammars."""
