package searchlib.benchmarks;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.miscellaneous.PerFieldAnalyzerWrapper;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.BinaryDocValuesField;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.Field.Store;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.KeywordField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.search.similarities.Similarity;
import org.apache.lucene.util.BytesRef;
import org.tartarus.snowball.ext.EnglishStemmer;
import org.tartarus.snowball.ext.RussianStemmer;

/** What is indexed of an article, what is a word, and what is it worth? */
final class Fields {
  /** A text of an article and its weight. */
  record Weighted(String name, float weight) {}

  static final String ID = "id";
  static final String DATE = "date";
  static final String LANGUAGE = "lang";
  static final String SOURCE = "source";
  static final String TAGS = "tags";
  static final String TEXT = "text";

  static final List<Weighted> TEXTS = List.of(new Weighted("title", 2f), new Weighted(TEXT, 1f));

  /** The suffix of fields with words as they are written. */
  static final String FORMS = "forms";

  private static final FieldType WITHOUT_POSITIONS = new FieldType(TextField.TYPE_NOT_STORED);

  static {
    WITHOUT_POSITIONS.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
    WITHOUT_POSITIONS.freeze();
  }

  /** Whether there is one field of terms analysed before. */
  final boolean terms;

  final Similarity similarity;
  final Analyzer analyzer;

  /** Of the first arguments of a program: the analysis, and BM25's constants. */
  Fields(String[] arguments) {
    terms = arguments[0].equals("terms");
    similarity = new BM25Similarity(Float.parseFloat(arguments[1]), Float.parseFloat(arguments[2]));
    analyzer = terms ? new WhitespaceAnalyzer() : languages();
  }

  /** The field of a text in a language, or of its forms. */
  static String name(String text, String kind) {
    return text + "_" + kind;
  }

  private static Analyzer languages() {
    Map<String, Analyzer> analyzers = new HashMap<>();
    for (Weighted each : TEXTS) {
      analyzers.put(
          name(each.name, "en"),
          words(in -> new EnglishPossessiveFilter(in), in -> new SnowballFilter(in, new EnglishStemmer())));
      analyzers.put(name(each.name, "ru"), words(in -> in, in -> new SnowballFilter(in, new RussianStemmer())));
      analyzers.put(name(each.name, FORMS), words(in -> in, in -> in));
    }
    return new PerFieldAnalyzerWrapper(new WhitespaceAnalyzer(), analyzers);
  }

  private static Analyzer words(
      Function<TokenStream, TokenStream> first, Function<TokenStream, TokenStream> last) {
    return new Analyzer() {
      @Override
      protected TokenStreamComponents createComponents(String field) {
        Tokenizer tokenizer = new StandardTokenizer();
        return new TokenStreamComponents(
            tokenizer, last.apply(new LowerCaseFilter(first.apply(tokenizer))));
      }
    };
  }

  /** The document of a record: id, text, and unless on terms language, milliseconds, source, tags, title. */
  Document document(String[] record) {
    Document document = new Document();
    document.add(new StringField(ID, record[0], Store.NO));
    document.add(new BinaryDocValuesField(ID, new BytesRef(record[0])));
    if (terms) {
      document.add(new TextField(TEXT, record[1], Store.NO));
      return document;
    }
    String language = record[2];
    document.add(new KeywordField(LANGUAGE, language, Store.NO));
    document.add(new LongField(DATE, Long.parseLong(record[3]), Store.NO));
    document.add(new KeywordField(SOURCE, record[4], Store.NO));
    if (!record[5].isEmpty()) {
      for (String tag : record[5].split(Lines.LISTED)) {
        document.add(new KeywordField(TAGS, tag, Store.NO));
      }
    }
    add(document, TEXT, language, record[1]);
    add(document, "title", language, record[6]);
    return document;
  }

  private static void add(Document document, String text, String language, String value) {
    document.add(new TextField(name(text, language), value, Store.NO));
    document.add(new Field(name(text, FORMS), value, WITHOUT_POSITIONS));
  }
}
