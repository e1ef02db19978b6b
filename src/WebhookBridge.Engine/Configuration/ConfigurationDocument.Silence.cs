using System.Globalization;
using System.Text.Json;

namespace WebhookBridge.Engine.Configuration;

/// <summary>When a source ought to be heard of.</summary>
public static partial class ConfigurationDocument
{
    /// <summary>The days of the week as they are written, Monday first.</summary>
    public static readonly IReadOnlyList<(string Word, DayOfWeek Day)> Days =
    [
        ("mon", DayOfWeek.Monday), ("tue", DayOfWeek.Tuesday), ("wed", DayOfWeek.Wednesday), ("thu", DayOfWeek.Thursday),
        ("fri", DayOfWeek.Friday), ("sat", DayOfWeek.Saturday), ("sun", DayOfWeek.Sunday),
    ];

    /// <summary>A time of the day as it is written; 24:00 is its end.</summary>
    public static string TimeOfDay(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}");

    private static SilenceDefinition? ReadSilence(ObjectReader source)
    {
        if (!source.Has("silence", out JsonElement value))
        {
            return null;
        }

        ObjectReader reader = new(value, source.PathOf("silence"), source.Problems);
        TimeSpan? after = reader.Duration("after", TimeSpan.FromMinutes(1), TimeSpan.FromDays(90));
        if (reader.IsObject && !reader.Has("after", out _))
        {
            reader.Add("after", "\"after\" is missing.", "Write how long nothing may come, such as \"4h\".");
        }

        SilenceDefinition silence = new()
        {
            After = after ?? TimeSpan.FromHours(1),
            Days = ReadDays(reader),
            From = ReadTimeOfDay(reader, "from") ?? TimeSpan.Zero,
            To = ReadTimeOfDay(reader, "to") ?? TimeSpan.FromHours(24),
            TimeZone = reader.Text("timeZone") ?? "UTC",
        };
        if (silence.To <= silence.From)
        {
            reader.Add("to", $"The watched hours end at {TimeOfDay(silence.To)}, before they begin.", $"Write a time after {TimeOfDay(silence.From)}; hours do not go past midnight.");
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(silence.TimeZone, out _))
        {
            reader.Add("timeZone", $"\"{silence.TimeZone}\" is not a time zone.", "Write an IANA name, such as Africa/Johannesburg, America/Sao_Paulo or UTC.");
        }

        reader.End();
        return silence;
    }

    private static DayOfWeek[] ReadDays(ObjectReader reader)
    {
        if (!reader.Has("days", out JsonElement list))
        {
            return Enum.GetValues<DayOfWeek>();
        }

        HashSet<DayOfWeek> days = [];
        foreach ((JsonElement item, string path) in reader.Items("days"))
        {
            if (ObjectReader.AsText(item, path, reader.Problems) is not { } word)
            {
                continue;
            }

            if (Days.FirstOrDefault(day => day.Word == word) is { Word: not null } known)
            {
                days.Add(known.Day);
            }
            else
            {
                reader.Problems.Add(new(path, $"\"{word}\" is not a day.", "Write mon, tue, wed, thu, fri, sat or sun."));
            }
        }

        if (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() == 0)
        {
            reader.Add("days", "No day is watched.", "Name at least one day, or leave \"days\" out for all.");
        }

        return [.. days.Order()];
    }

    private static TimeSpan? ReadTimeOfDay(ObjectReader reader, string name)
    {
        if (reader.Text(name) is not { } text)
        {
            return null;
        }

        if (text == "24:00")
        {
            return TimeSpan.FromHours(24);
        }

        if (TimeSpan.TryParseExact(text, @"hh\:mm", CultureInfo.InvariantCulture, out TimeSpan time))
        {
            return time;
        }

        reader.Add(name, $"\"{text}\" is not a time of the day.", "Write hours and minutes, such as 08:30; the end of the day is 24:00.");
        return null;
    }
}
