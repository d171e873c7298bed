package searchlib.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.lucene.document.KeywordField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.FuzzyQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.PrefixQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.util.QueryBuilder;

/**
 * What is asked, and what is that in Lucene's queries? since and until are milliseconds, until excluded; "" is no
 * limit.
 */
record Question(
    String how,
    String wanted,
    int top,
    String language,
    String since,
    String until,
    String lang,
    String source,
    String tag,
    List<String> words) {

  static Question of(String line) {
    String[] columns = Lines.columns(line);
    return new Question(
        columns[0],
        columns[1],
        Integer.parseInt(columns[2]),
        columns[3],
        columns[4],
        columns[5],
        columns[6],
        columns[7],
        columns[8],
        List.of(columns[9].split(" ")));
  }

  /** One flat query, which Lucene executes better than the same one nested. */
  Query query(QueryBuilder builder, boolean terms) {
    BooleanQuery.Builder flat = new BooleanQuery.Builder();
    List<List<Query>> parts = new ArrayList<>();
    if (how.equals("any") || how.equals("all")) {
      for (String word : words) {
        parts.add(
            inEveryText(terms, field -> builder.createBooleanQuery(field, word, Occur.MUST)));
      }
    } else {
      parts.add(inEveryText(terms, field -> pattern(builder, field)));
    }
    parts.removeIf(List::isEmpty);
    if (parts.isEmpty()) {
      return new MatchNoDocsQuery();
    }
    for (List<Query> part : parts) {
      if (how.equals("all")) {
        flat.add(any(part), Occur.MUST);
      } else {
        part.forEach(query -> flat.add(query, Occur.SHOULD));
      }
    }
    List<Query> limits = limits();
    if (!limits.isEmpty()) {
      limits.forEach(limit -> flat.add(limit, Occur.FILTER));
      flat.setMinimumNumberShouldMatch(how.equals("all") ? 0 : 1);
    }
    return flat.build();
  }

  private Query pattern(QueryBuilder builder, String field) {
    return switch (how) {
      case "phrase" -> builder.createPhraseQuery(field, String.join(" ", words));
      case "prefix" -> new PrefixQuery(new Term(field, words.get(0)));
      case "fuzzy" -> new FuzzyQuery(new Term(field, words.get(0)), 1);
      default -> throw new IllegalArgumentException(how);
    };
  }

  /** The query made for each field that holds text in the question's language, or forms; without those with no word. */
  private List<Query> inEveryText(boolean terms, Function<String, Query> made) {
    List<Query> queries = new ArrayList<>();
    if (terms) {
      Query query = made.apply(Fields.TEXT);
      return query == null ? queries : List.of(query);
    }
    String kind = how.equals("prefix") || how.equals("fuzzy") ? Fields.FORMS : language;
    for (Fields.Weighted text : Fields.TEXTS) {
      Query query = made.apply(Fields.name(text.name(), kind));
      if (query != null) {
        queries.add(text.weight() == 1f ? query : new BoostQuery(query, text.weight()));
      }
    }
    return queries;
  }

  private static Query any(List<Query> queries) {
    if (queries.size() == 1) {
      return queries.get(0);
    }
    BooleanQuery.Builder any = new BooleanQuery.Builder();
    queries.forEach(query -> any.add(query, Occur.SHOULD));
    return any.build();
  }

  private List<Query> limits() {
    List<Query> limits = new ArrayList<>();
    if (!since.isEmpty()) {
      limits.add(
          LongField.newRangeQuery(Fields.DATE, Long.parseLong(since), Long.parseLong(until) - 1));
    }
    addExact(limits, Fields.LANGUAGE, lang);
    addExact(limits, Fields.SOURCE, source);
    addExact(limits, Fields.TAGS, tag);
    return limits;
  }

  private static void addExact(List<Query> limits, String field, String value) {
    if (!value.isEmpty()) {
      limits.add(KeywordField.newExactQuery(field, value));
    }
  }
}
