using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;

namespace Bench;

/// <summary>
/// Asks pages of the console as a person who is signed in, and prints how long each took, over loopback, the answer read to its end:
/// pages --url http://localhost:8080 --user me@example.com --password … --payment p_yoco_77 --customer customer7@example.com [--route NAME] [--turns 20].
/// Every page is asked five times before it is measured.
/// </summary>
public static partial class PageTimes
{
    const int WarmUp = 5;

    public static async Task<int> Run(Opts options)
    {
        using var http = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer(), UseProxy = false }) { BaseAddress = new Uri(options.Str("url", "http://localhost:8080")) };
        int turns = options.Int("turns", 20);
        string door = await http.GetStringAsync("/sign-in");
        using (var signIn = await http.PostAsync("/sign-in", new FormUrlEncodedContent([new("__RequestVerificationToken", Token().Match(door).Groups["token"].Value), new("Email", options.Str("user", "")), new("Password", options.Str("password", ""))])))
        {
            if (signIn.RequestMessage!.RequestUri!.AbsolutePath != "/")
            {
                Console.Error.WriteLine("The gateway does not take that user and password.");
                return 1;
            }
        }

        string log = await http.GetStringAsync("/events");
        string first = Event().Match(log).Groups["path"].Value;
        var pages = new List<(string Name, Func<Task<string>> Ask)>
        {
            ("overview", () => http.GetStringAsync("/")),
            ("log, first page", () => http.GetStringAsync("/events")),
            ("log, live tail", () => http.GetStringAsync("/events?handler=tail&end=0")),
            ("event page", () => http.GetStringAsync(first)),
        };
        void Search(string name, string option)
        {
            if (options.Str(option, "") is { Length: > 0 } text) pages.Add((name, () => http.GetStringAsync("/events?q=" + Uri.EscapeDataString(text))));
        }

        Search("search by payment id", "payment");
        Search("search by e-mail", "customer");
        if (options.Str("payment", "") is { Length: > 0 } payment) pages.Add(("journey", () => http.GetStringAsync("/journeys/" + Uri.EscapeDataString(payment))));
        if (options.Str("route", "") is { Length: > 0 } route)
        {
            var form = Fields(await http.GetStringAsync("/routes/" + route));
            pages.Add(("route page", () => http.GetStringAsync("/routes/" + route)));
            pages.Add(("live preview of a route", async () =>
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"/routes/{route}?handler=preview") { Content = new FormUrlEncodedContent(form), Headers = { { "HX-Request", "true" } } };
                using var answer = await http.SendAsync(request);
                answer.EnsureSuccessStatusCode();
                return await answer.Content.ReadAsStringAsync();
            }));
        }

        Console.WriteLine($"{"",-26} {"median",8} {"slowest",8} {"bytes",8}");
        foreach (var (name, ask) in pages)
        {
            string text = "";
            for (int i = 0; i < WarmUp; i++) text = await ask();
            var times = new List<double>();
            for (int i = 0; i < turns; i++)
            {
                long began = Stopwatch.GetTimestamp();
                text = await ask();
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            times.Sort();
            Console.WriteLine($"{name,-26} {times[turns / 2],5:F1} ms {times[^1],5:F1} ms {text.Length,8}");
        }

        return 0;
    }

    /// <summary>What a browser would send of the page's main form.</summary>
    static List<KeyValuePair<string, string>> Fields(string page)
    {
        string form = Form().Match(page).Value;
        var fields = new List<KeyValuePair<string, string>>();
        foreach (Match input in Input().Matches(form))
        {
            string tag = input.Value;
            string name = Attribute(tag, "name");
            if (name.Length > 0 && (Attribute(tag, "type") is not ("checkbox" or "radio") || tag.Contains(" checked", StringComparison.Ordinal))) fields.Add(new(name, Attribute(tag, "value")));
        }

        foreach (Match area in Area().Matches(form)) fields.Add(new(area.Groups["name"].Value, WebUtility.HtmlDecode(area.Groups["text"].Value)));
        foreach (Match select in Select().Matches(form))
        {
            var options = Option().Matches(select.Groups["options"].Value);
            if ((options.FirstOrDefault(static o => o.Value.Contains(" selected", StringComparison.Ordinal)) ?? options.FirstOrDefault()) is { } chosen) fields.Add(new(select.Groups["name"].Value, Attribute(chosen.Value, "value")));
        }

        return fields;
    }

    static string Attribute(string tag, string name) => WebUtility.HtmlDecode(Regex.Match(tag, $" {name}=\"(?<value>[^\"]*)\"").Groups["value"].Value);

    [GeneratedRegex("__RequestVerificationToken\" value=\"(?<token>[^\"]+)")]
    private static partial Regex Token();

    [GeneratedRegex("href=\"(?<path>/events/evt_[0-9A-Z]+)\"")]
    private static partial Regex Event();

    [GeneratedRegex("<form[^>]* id=\"route\".*?</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("<input [^>]*>")]
    private static partial Regex Input();

    [GeneratedRegex("<textarea [^>]*name=\"(?<name>[^\"]+)\"[^>]*>(?<text>.*?)</textarea>", RegexOptions.Singleline)]
    private static partial Regex Area();

    [GeneratedRegex("<select [^>]*name=\"(?<name>[^\"]+)\"[^>]*>(?<options>.*?)</select>", RegexOptions.Singleline)]
    private static partial Regex Select();

    [GeneratedRegex("<option [^>]*>")]
    private static partial Regex Option();
}
