"""And when one machine is too small? The same documents, questions and answers on an OpenSearch cluster. README.md says when and how."""
