# Markdown → HTML as Jekyll makes it: Liquid first, then Jekyll's own kramdown converter with its default options.
# One JSON object a line on stdin, {"body": …}; one a line on stdout, {"html": …} or {"error": …}.
# With "only": "liquid" it ends there.
ENV['JEKYLL_NO_BUNDLER_REQUIRE'] = 'true'
require 'json'
require 'tmpdir'
require 'jekyll'
Jekyll.logger.log_level = :error
folder = Dir.mktmpdir
site = Jekyll::Site.new(Jekyll.configuration(
  'source' => folder, 'destination' => "#{folder}/_site", 'quiet' => true, 'disable_disk_cache' => true, 'baseurl' => '/blog'
))
markdown = site.find_converter_instance(Jekyll::Converters::Markdown)
payload = site.site_payload
$stdout.sync = true
$stdin.set_encoding('UTF-8')
$stdin.each_line do |line|
  asked = JSON.parse(line)
  begin
    info = { registers: { site: site, page: {} } }
    text = Liquid::Template.parse(asked['body'], error_mode: :strict).render!(payload, info)
    puts JSON.generate('html' => asked['only'] ? text : markdown.convert(text))
  rescue StandardError => e
    puts JSON.generate('error' => "#{e.class}: #{e.message}")
  end
end
